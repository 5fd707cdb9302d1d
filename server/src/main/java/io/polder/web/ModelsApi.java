package io.polder.web;

import io.javalin.http.Context;
import io.polder.config.Mart;
import io.polder.predict.ModelAnswers;

/** What the HTTP interface tells of models and forecasts. Thread-safe. */
final class ModelsApi {
    private static final int POINT_SEGMENT = 5;
    private static final int USUAL_DAYS = 7;
    private static final int MOST_DAYS = 400;
    private static final int USUAL_HOURS = 24;
    private static final int MOST_HOURS = 30 * 24;
    private static final int DAY = 24 * 60;

    private final Mart mart;
    private final Program program;

    ModelsApi(Mart mart, Program program) {
        this.mart = mart;
        this.program = program;
    }

    void all(Context request) {
        answer(request, new ModelAnswers.Models(program.models()));
    }

    void one(Context request) {
        String model = model(request);
        answer(request, program.wholeModel(model, Api.whole(request, "days", USUAL_DAYS, MOST_DAYS)));
    }

    void forecast(Context request) {
        answer(request, program.forecast(model(request)));
    }

    void point(Context request) {
        String model = model(request);
        int hours = Api.whole(request, "hours", USUAL_HOURS, MOST_HOURS);
        answer(request, program.forecast(model, named(request), hours, ahead(request, model)));
    }

    void why(Context request) {
        String model = model(request);
        answer(request, program.why(model, named(request), ahead(request, model)));
    }

    void features(Context request) {
        String model = model(request);
        answer(request, program.features(model, ahead(request, model), request.queryParam("feature")));
    }

    void history(Context request) {
        answer(request, program.modelHistory(model(request)));
    }

    void train(Context request) {
        ModelAnswers.Status status = program.train(model(request));
        request.status(202);
        answer(request, status);
    }

    private String model(Context request) {
        return Api.known("model", request, mart.models().keySet());
    }

    private static String named(Context request) {
        return RowAddress.decodeOne(Api.segment(request, POINT_SEGMENT));
    }

    private int ahead(Context request, String model) {
        return Api.whole(
                request, "ahead", Math.toIntExact(mart.model(model).step().toMinutes()), DAY);
    }

    private static void answer(Context request, Object answer) {
        request.contentType(Api.JSON).result(ModelAnswers.json(answer));
    }
}
